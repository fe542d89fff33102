-- The epoch of what is made from now on; invoice numbers that were issued and are in no backup are noted and passed over.
alter table public.due no force row level security;
alter table public.invoice_year no force row level security;
alter table public.restored no force row level security;
update public.due set hold = 'review' where done_at is null and needs_person_at is not null and last_error = {reason};
insert into public.restored (epoch, first_ids, lost_invoices)
select {epoch}, jsonb_build_object(
    'task', (select last_value from public.task_id_seq), 'message', (select last_value from public.message_id_seq),
    'due', (select last_value from public.due_id_seq), 'charge', (select last_value from public.charge_id_seq)),
  coalesce((select jsonb_object_agg(k.key, jsonb_build_array(coalesce(y.last, 1000) + 1, k.value::integer))
            from jsonb_each_text({invoices}::jsonb) k left join public.invoice_year y on y.year = k.key::integer
            where k.value::integer > coalesce(y.last, 1000)), '{{}}'::jsonb);
insert into public.invoice_year as y (year, last) select key::integer, value::integer from jsonb_each_text({invoices}::jsonb)
on conflict (year) do update set last = greatest(y.last, excluded.last);
alter table public.due force row level security;
alter table public.invoice_year force row level security;
alter table public.restored force row level security;
