# shellcheck shell=bash
# Sourced by every script of the workshop: places, and how a long step shows itself.
#
# TOP    the repository               TREE  git work tree, one commit per patch
# BUILD  everything that can be made again (never committed)
# LOGS   one log file per step        PY    Debian's python3 (its modules come as packages)

set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-$TOP/build}
TREE=${TREE:-$BUILD/linux}
LOGS=$BUILD/logs
PY=/usr/bin/python3
JOBS=${JOBS:-$(nproc)}
SHARED=${SHARED:-$TOP/../shared}
export TOP BUILD TREE LOGS PY JOBS SHARED
mkdir -p "$LOGS"

# Debian's tools first: an interpreter of another make may stand in front of them.
export PATH="/usr/sbin:/usr/bin:/sbin:/bin:$PATH"
# The same object for the same source, whoever builds it and when (ccache, deterministic export).
export KBUILD_BUILD_TIMESTAMP="1970-01-01 00:00:00" KBUILD_BUILD_USER=drbd KBUILD_BUILD_HOST=lab
export CCACHE_BASEDIR="$BUILD" CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=time_macros CCACHE_DEPEND=1
export GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=gc.auto GIT_CONFIG_VALUE_0=0 \
	GIT_CONFIG_KEY_1=advice.detachedHead GIT_CONFIG_VALUE_1=false

say()  { printf '%s\n' "$*"; }
note() { printf 'NOTICE: %s\n' "$*" >&2; }
die()  { printf 'ERROR: %s\n' "$*" >&2; exit 1; }

elapsed() { # elapsed SECONDS -> "1m05s"
	printf '%dm%02ds' $(($1 / 60)) $(($1 % 60))
}

# step TITLE LOGNAME COMMAND... - run COMMAND with its output in $LOGS/LOGNAME.log, show the elapsed
# time while it runs (on a terminal) and when it ended; on failure the log's path and its last lines.
step() {
	local title=$1 log="$LOGS/$2.log" start=$SECONDS rc=0 pid ticker=
	shift 2
	if [ -t 1 ]; then
		( while sleep 1; do
			printf '\r%-58s %8s ' "$title ..." "$(elapsed $((SECONDS - start)))"
		done ) & ticker=$!
	fi
	set -m	# a process group of its own: an interrupt ends all that the step has started
	"$@" >"$log" 2>&1 </dev/null & pid=$!
	set +m
	# shellcheck disable=SC2064  # the ids of now are meant
	trap "kill -- -$pid $ticker 2>/dev/null; wait $pid 2>/dev/null; exit 130" INT TERM
	wait "$pid" || rc=$?
	trap - INT TERM
	if [ -n "$ticker" ]; then kill "$ticker" 2>/dev/null; wait "$ticker" 2>/dev/null || true; printf '\r'; fi
	if [ "$rc" = 0 ]; then
		printf '%-58s %8s  ok\n' "$title" "$(elapsed $((SECONDS - start)))"
	else
		printf '%-58s %8s  FAILED (%s)\n' "$title" "$(elapsed $((SECONDS - start)))" "$rc"
		printf '  log: %s, last lines:\n' "$log"
		tail -n "${STEP_TAIL:-25}" "$log" | sed 's/^/  | /'
	fi
	return "$rc"
}
