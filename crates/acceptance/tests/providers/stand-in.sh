#!/bin/sh
# Stands in for the binary: serves by the floor ($FLOOR), and prints back the arguments of other verbs.
case "$1" in
serve)
    echo "serving, config $3"
    listen="$5" db="${9#sqlite:}"
    shift 9
    if [ "$1" = --broken ]; then
        echo "unknown key"
        exit 3
    fi
    exec "$FLOOR" --listen "$listen" --db "$db" --life 60 "$@"
    ;;
fail)
    echo "no such verb" >&2
    exit 2
    ;;
*)
    printf '{"client_id":"id","client_secret":"secret","env":"%s","args":"%s"}\n' "$VALETKEY_X" "$*"
    ;;
esac
