# What the scripts of this directory begin with; they source it, with their name in $name.
#
# Sets home, the project's directory, java, the command, and stdin, open or closed; ends the script where there is no
# Java 17. Arguments, the environment and file names are UTF-8 from here on where the locale has no character set but
# ASCII.

# A standard stream that is closed would be the next file that Java opens.
stdin=open
if ! command true 2>/dev/null 9<&0; then
  stdin=closed
  exec </dev/null
fi
if ! command true 2>/dev/null 9>&1; then
  exec 1</dev/null # which cannot be written either
fi
if ! command true 9>&2; then
  exec 2>/dev/null
fi

fail() {
  echo "$name: $1" >&2
  exit 2
}

home=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)

# cron, systemd and containers set no locale, and Java decodes by it what it is given.
if command -v locale >/dev/null 2>&1; then
  charset=$(locale charmap 2>/dev/null) || charset=
else
  charset=${LC_ALL:-${LC_CTYPE:-${LANG:-}}}
  case $charset in
    *[Uu][Tt][Ff]-8* | *[Uu][Tt][Ff]8*) charset=UTF-8 ;;
    *) charset= ;;
  esac
fi
case $charset in
  '' | ANSI_X3.4-1968 | US-ASCII | ASCII | ISO646-US | 646)
    LC_ALL=C.UTF-8
    export LC_ALL
    ;;
esac

java=java
if [ -n "${JAVA_HOME:-}" ]; then
  java=$JAVA_HOME/bin/java
fi

# java_alone OPTION...: Java without the options that the environment has for the command: an agent, the port of a debugger.
java_alone() (
  unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS
  exec "$java" "$@"
)

java_version=$(java_alone -version 2>&1) || java_version=
version=$(echo "$java_version" | sed -n 's/^.* version "\([0-9]*\).*$/\1/p')
case $version in
  '') fail "Java 17 or newer is needed, but '$java' does not run; install a JDK or set JAVA_HOME" ;;
esac
if [ "$version" -lt 17 ]; then
  fail "Java 17 or newer is needed, but '$java' is version $version; install a newer JDK or set JAVA_HOME"
fi

# build MODULES PHASE FILE: builds, without tests, and sees to it that FILE is there only after a whole build.
build() {
  command -v mvn >/dev/null 2>&1 || fail "Maven 3.8 or newer is needed for the first start; install it, or build elsewhere"
  echo "$name: building shardyfusion first; once, and for a few minutes if Maven has to download" >&2
  file=$3
  trap 'rm -f "$file"' EXIT
  trap 'exit 130' INT TERM
  mvn -q -B -Dstyle.color=never -f "$home/pom.xml" -pl "$1" -am -Dmaven.test.skip=true "$2" </dev/null >&2 ||
    fail "the build failed; its messages are above"
  trap - EXIT INT TERM
  [ -f "$file" ] || fail "the build did not make $file"
}
