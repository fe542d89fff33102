-- Before anybody sees the restored rows: whoever is connected has read the epoch of before, and connects anew. Who does
-- so now waits for the end of this transaction.
do $connections$
begin
  perform pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = {login};
exception when insufficient_privilege then
  null; -- the command asks for a restart instead
end $connections$;
