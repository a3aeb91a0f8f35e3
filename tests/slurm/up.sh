#!/usr/bin/env bash
# up.sh FOLDER: a SLURM of one node, on 127.0.0.1 only, with all its state in FOLDER.
#
# Debian: apt-get install --no-install-recommends slurmctld slurmd slurm-client munge
# No systemd, no cgroups, no database, and root or any user will do. A second call starts what is
# missing only (a controller that was killed, say). Prints the path for SLURM_CONF.
set -euo pipefail
export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
fail() { echo "up.sh: $*" >&2; exit 1; }

[ $# -eq 1 ] || fail "usage: up.sh FOLDER"
for program in munged slurmctld slurmd sinfo; do
  command -v "$program" > /dev/null || fail "there is no $program"
done
mkdir -p "$1"
home=$(cd "$1" && pwd -P)
# A unix socket's path has 107 bytes, and slurmstepd adds some forty of its own.
[ ${#home} -le 64 ] || fail "the path is too long for unix sockets: $home"
case $home in *[[:space:]]*) fail "no blanks in the path, please: $home" ;; esac
mkdir -p "$home"/{state,spool,log}
export SLURM_CONF=$home/slurm.conf

# Only a process that was started for this folder counts: pid files outlive their processes.
running() {
  local pid
  pid=$(cat "$home/$1.pid" 2> /dev/null) && [ -n "$pid" ] || return 1
  tr '\0' ' ' 2> /dev/null < "/proc/$pid/cmdline" | grep -q "$1.*$home/"
}

free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); (: > "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
  echo "$port"
}

write_configuration() {
  local host cpus=${SLURM_TEST_CPUS:-4}
  host=$(hostname -s 2> /dev/null || hostname)
  cat > "$SLURM_CONF" << END
ClusterName=tests
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
# Listen on the addresses named here, not on all.
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
CredType=cred/munge
# A requeued job waits until its credential has expired: 120 s unless told, 5 at least.
AuthInfo=socket=$home/munge.socket,cred_expire=5
StateSaveLocation=$home/state
SlurmdSpoolDir=$home/spool
SlurmctldPidFile=$home/slurmctld.pid
SlurmdPidFile=$home/slurmd.pid
SlurmctldLogFile=$home/log/slurmctld.log
SlurmdLogFile=$home/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
# Without these a job starts up to three seconds late.
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=2
# The node claims more cores than the machine has: tests mostly sleep.
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=${SLURM_TEST_MIN_JOB_AGE:-300}
MaxArraySize=${SLURM_TEST_MAX_ARRAY:-1001}
KillWait=30
CompleteWait=0
NodeName=tests NodeHostname=$host NodeAddr=127.0.0.1 CPUs=$cpus Sockets=1 CoresPerSocket=$cpus ThreadsPerCore=1 RealMemory=1024
PartitionName=main Nodes=tests Default=YES MaxTime=INFINITE State=UP
END
  echo CgroupPlugin=cgroup/v1 > "$home/cgroup.conf"
}

until_true() {
  local end=$((SECONDS + 30))
  until "$@" > /dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done
}
node_ready() { case $(sinfo --noheader --format=%T) in idle | mixed | allocated) ;; *) return 1 ;; esac; }
log_of() { tail -n 20 "$home/log/$1.log" >&2; fail "$1 did not start"; }

[ -e "$SLURM_CONF" ] || write_configuration
[ -e "$home/munge.key" ] || (umask 077 && head -c 128 /dev/urandom > "$home/munge.key")
# --force: a parent folder that others may write is warned about, not refused.
running munged || munged --force --key-file="$home/munge.key" --socket="$home/munge.socket" \
  --pid-file="$home/munged.pid" --log-file="$home/log/munged.log" --seed-file="$home/munge.seed" \
  2>> "$home/log/munged.log" || log_of munged
running slurmctld || slurmctld -i -f "$SLURM_CONF" < /dev/null >> "$home/log/slurmctld.log" 2>&1 || log_of slurmctld
running slurmd || slurmd -N tests -f "$SLURM_CONF" < /dev/null >> "$home/log/slurmd.log" 2>&1 || log_of slurmd
until_true running slurmd || log_of slurmd
until_true node_ready || log_of slurmctld
echo "$SLURM_CONF"
