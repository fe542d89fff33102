-- What was open when the backup was made may have been done since: an operator says whether it is done again.
alter table public.due no force row level security;
alter table public.message no force row level security;
alter table public.event no force row level security;
alter table public.inbound no force row level security;
update public.due set lease_token = null, lease_until = null, enqueued_at = null where done_at is null;
-- A notification is no news after a restore.
update public.due set done_at = now() from public.event e, public.message m
where due.done_at is null and due.reaction = 'send' and e.id = due.event_id
  and m.id = (e.facts ->> 'message')::bigint and m.channel = 'push';
update public.due set needs_person_at = coalesce(needs_person_at, now()), last_error = {reason}
where done_at is null and reaction <> all ({goes_on});
update public.message set state = 'held', error = {reason}
where direction = 'out' and channel <> 'sms' and state in ('kept', 'sending', 'handing');
-- A text is looked up at the vendor before it is sent.
update public.message set state = 'sending', tried_at = created_at, error = {reason}
where direction = 'out' and channel = 'sms' and provider_id is null and state in ('kept', 'held', 'sending');
alter table public.due force row level security;
alter table public.message force row level security;
alter table public.event force row level security;
alter table public.inbound force row level security;
