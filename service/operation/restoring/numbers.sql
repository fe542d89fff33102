-- Ids go on a million above the highest that was ever given out, numbers of tasks at the next thousand.
do $numbers$
declare
  s record;
  known jsonb := {sequences}::jsonb;
  highest bigint;
begin
  for s in select sequencename, last_value from pg_sequences where schemaname = 'public' loop
    highest := greatest(coalesce(s.last_value, 0), coalesce((known ->> s.sequencename)::bigint, 0));
    if s.sequencename like 'task\_number\_%' then
      perform setval(format('public.%I', s.sequencename)::regclass, (greatest(highest, 1000) / 1000 + 1) * 1000, false);
    else
      perform setval(format('public.%I', s.sequencename)::regclass, highest + 1000000, false);
    end if;
  end loop;
end $numbers$;
