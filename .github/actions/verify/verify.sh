#!/usr/bin/env bash
# manual-backprop verify as a step of a workflow; action.yml says what stands in each INPUT_….
# It runs in bash 3.2 too, which is what macOS has: no mapfile, and an empty array is not "${a[@]}" under set -u.
set -euo pipefail

code=2 verdict=error junit='' sarif='' # could not run, until manual-backprop has answered

# However this ends: the outputs are written, and an error of this script's own is never a 1.
finish() {
  printf '%s\n' "exit-code=$code" "verdict=$verdict" "junit=$junit" "sarif=$sarif" >> "${GITHUB_OUTPUT:-/dev/null}" || :
  exit "$code"
}
trap finish EXIT

say() { printf 'manual-backprop action: %s\n' "$1" >&2; }

refuse() {
  say "$1"
  exit 2
}

# The lines of $1 that are not blank, into the array `lines`.
split() {
  local line
  lines=()
  while IFS= read -r line || [[ -n $line ]]; do
    line=${line%$'\r'}
    [[ -z ${line//[[:space:]]/} ]] || lines+=("$line")
  done <<< "$1"
}

# A value of one line cannot be taken for a second output.
for value in "profile=$INPUT_PROFILE" "reports=$INPUT_REPORTS" "working-directory=$INPUT_WORKING_DIRECTORY"; do
  [[ $value != *[$'\r\n']* ]] || refuse "${value%%=*} takes one line"
done
for value in "annotations=$INPUT_ANNOTATIONS" "summary=$INPUT_SUMMARY"; do
  [[ ${value#*=} == true || ${value#*=} == false ]] || refuse "${value%%=*} takes true or false"
done
[[ -n $INPUT_REPORTS ]] || refuse "reports takes a folder"

folder=$INPUT_REPORTS
case $folder in
  /* | [A-Za-z]:[\\/]*) seen=$folder ;; # from the workspace
  *) seen=${INPUT_WORKING_DIRECTORY:-.}/$folder && seen=${seen#./} ;;
esac
mkdir -p -- "$folder"
rm -f -- "$folder/junit.xml" "$folder/verify.sarif" "$folder/report.md" # an earlier run's say nothing of this one

arguments=(verify)
[[ -z $INPUT_PROFILE ]] || arguments+=("--profile=$INPUT_PROFILE")
arguments+=(--report "junit=$folder/junit.xml" --report "sarif=$folder/verify.sarif")
arguments+=(--report "markdown=$folder/report.md")
[[ $INPUT_ANNOTATIONS == false ]] || arguments+=(--report text --report github)
split "$INPUT_ARGUMENTS"
arguments+=(${lines[@]+"${lines[@]}"})
split "$INPUT_TARGETS"
arguments+=(-- ${lines[@]+"${lines[@]}"})

if manual-backprop "${arguments[@]}"; then code=0; else code=$?; fi

case $code in
  0) verdict=pass ;;
  1) verdict=fail ;;
  3) verdict=inconclusive ;;
  130) verdict=interrupted ;;
  2) ;;
  *) say "manual-backprop ended with exit code $code, which is none of its own" ;;
esac

[[ ! -s $folder/junit.xml ]] || junit=$seen/junit.xml
[[ ! -s $folder/verify.sarif ]] || sarif=$seen/verify.sarif
if [[ -z $junit && $code -le 3 ]]; then # --help among the arguments verifies nothing, and Python crashes with a 1
  verdict=error
  [[ $code != 0 ]] || code=2
  say "there is no report: nothing was verified"
fi

if [[ $INPUT_SUMMARY == true && -n ${GITHUB_STEP_SUMMARY:-} ]]; then
  if [[ -s $folder/report.md ]]; then
    cat -- "$folder/report.md" >> "$GITHUB_STEP_SUMMARY"
  else
    printf '## manual-backprop verify: no report (exit code %s)\n' "$code" >> "$GITHUB_STEP_SUMMARY"
  fi
fi
