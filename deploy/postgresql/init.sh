#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: makes both roles and the database.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
    -v owner_password="$(cat /run/secrets/owner_password)" \
    -v serving_password="$(cat /run/secrets/serving_password)" \
    -f /kb/roles.sql
