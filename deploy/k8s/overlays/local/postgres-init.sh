#!/bin/bash
# One database and one role per service: none can read another's.
set -euo pipefail
for name in referral casework prosecution_hook notifier; do
    NAME=$name psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" <<'SQL'
\getenv name NAME
\set password `cat "/run/secrets/$NAME"`
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
