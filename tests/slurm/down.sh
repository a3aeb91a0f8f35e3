#!/usr/bin/env bash
# down.sh FOLDER: ends the SLURM that up.sh started for FOLDER, its jobs included, by their pids.
set -uo pipefail
export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
[ $# -eq 1 ] || { echo "down.sh: usage: down.sh FOLDER" >&2; exit 1; }
home=$(cd "$1" 2> /dev/null && pwd -P) || exit 0
export SLURM_CONF=$home/slurm.conf

pid_of() {
  local pid
  pid=$(cat "$home/$1.pid" 2> /dev/null) && [ -n "$pid" ] || return 1
  tr '\0' ' ' 2> /dev/null < "/proc/$pid/cmdline" | grep -q "$1.*$home/" && echo "$pid"
}
# A dead process that nobody waits for stays as a zombie.
gone() { ! grep -q '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status" 2> /dev/null; }
until_true() {
  local end=$((SECONDS + $1)); shift
  until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done
}
queue_empty() { [ -z "$(timeout 5 squeue --noheader 2> /dev/null)" ]; }

# Jobs first: by design they outlive slurmd.
if pid_of slurmctld > /dev/null && pid_of slurmd > /dev/null; then
  timeout 10 scancel --user="$(id -un)" 2> /dev/null
  until_true 10 queue_empty
fi
for daemon in slurmd slurmctld munged; do
  pid=$(pid_of $daemon) || continue
  kill "$pid" 2> /dev/null
  until_true 10 gone "$pid" || kill -KILL "$pid" 2> /dev/null
done
# What a job left behind carries this SLURM's configuration and its node's name.
for process in /proc/[0-9]*; do
  pid=${process#/proc/}
  [ "$pid" != $$ ] && [ "$pid" != "$BASHPID" ] || continue
  env=$(tr '\0' '\n' 2> /dev/null < "$process/environ") || continue
  grep -qxF "SLURM_CONF=$SLURM_CONF" <<< "$env" && grep -qxF SLURMD_NODENAME=tests <<< "$env" || continue
  kill -KILL "$pid" 2> /dev/null
done
exit 0
