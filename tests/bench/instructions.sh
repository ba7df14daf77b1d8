#!/usr/bin/env bash
# User instructions for an answer, by workload: instructions.sh ANSWER_BENCH. The responder alone, from query bytes to answer
# bytes; the copy of the query into the buffer is counted too.
set -euo pipefail
program=$1
total() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 |
    awk '/Collected/ { print $4 }'
}
printf '%-10s %s\n' workload instructions
for workload in plain static nxdomain geo geo6 weighted; do
  few=$(total "$workload" 1000)
  many=$(total "$workload" 11000)
  printf '%-10s %d\n' "$workload" $(((many - few) / 10000))
done
