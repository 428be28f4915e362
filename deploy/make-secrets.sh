#!/bin/sh
# Makes what compose.yaml wants in `secrets/`, once; what is there stays. TLS you bring yourself.
set -eu
umask 077
cd "$(dirname "$0")/.."
mkdir -p secrets
made() { [ -s "secrets/$1" ] || tr -dc 'A-Za-z0-9' </dev/urandom | head -c "${2:-40}" >"secrets/$1"; }
url() { [ -s "secrets/$1" ] || printf '%s' "$2" >"secrets/$1"; }
for name in postgres_password owner_password serving_password redis_password qdrant_api_key; do
    made "$name"
done
made secret_key 64
made neo4j_password
said() { cat "secrets/$1"; }
url database_url "postgresql://kb_serving:$(said serving_password)@postgres:5432/kb"
url migration_database_url "postgresql://kb_owner:$(said owner_password)@postgres:5432/kb"
url broker_url "redis://:$(said redis_password)@redis:6379/0"
url cache_url "redis://:$(said redis_password)@redis:6379/1"
url neo4j_auth "neo4j/$(said neo4j_password)"
# The containers' users are not yours. The folder is closed to all but you; the files are not.
chmod 0700 secrets
chmod 0644 secrets/*
for name in tls_certificate tls_key; do
    [ -s "secrets/$name" ] || echo "Still to be put there: secrets/$name"
done
