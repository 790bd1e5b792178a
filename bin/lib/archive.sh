# Sourced by bin/shardy after start.sh: a class archive (AppCDS), from which Java takes the classes that a start loads, already
# parsed and verified. There is one for each build of Java and set of jars. It is made in the background by the first start that
# finds none, under another name and renamed when it is whole; where it cannot be made or does not fit, Java does without.
# A command whose memory is limited, as a container's is, has it for itself: nothing is made beside it.
#
# SHARDY_ARCHIVE  off: none is made or used. A directory: archives are there, and the first start makes one and waits for it,
#                 for the build of an image. Else they are in $XDG_CACHE_HOME/shardyfusion or ~/.cache/shardyfusion.

# archive JAR LIB: sets archive, the options of Java for the classes of that jar and those in the directory, or nothing.
archive() {
  archive=
  named=
  case ${SHARDY_ARCHIVE:-} in
    off) return 0 ;;
    /*)
      named=yes
      archives=$SHARDY_ARCHIVE
      ;;
    *)
      archives=${XDG_CACHE_HOME:-}
      case $archives in
        /*) ;;
        *)
          case ${HOME:-} in
            /?*) archives=$HOME/.cache ;;
            *) return 0 ;;
          esac
          ;;
      esac
      archives=$archives/shardyfusion
      ;;
  esac
  # shellcheck disable=SC2012  # names, sizes and times, all at once
  of_jars=$(LC_ALL=C TZ=UTC0 ls -ln "$1" "$2" 2>/dev/null | cksum) || return 0
  of_java=$(echo "$home $java $java_version" | cksum) || return 0
  prefix=shardy-${of_java%% *}-
  file=$archives/$prefix${of_jars%% *}.jsa
  if [ ! -f "$file" ]; then
    if [ -n "$named" ]; then
      (train "$1") >/dev/null 2>&1 || return 0
    else
      (has_room && train "$1") </dev/null >/dev/null 2>&1 &
      return 0
    fi
  fi
  # Code is in it: another user's is not for us, unless its directory was named.
  if [ -r "$file" ] && { [ -O "$file" ] || [ -n "$named" ]; }; then
    archive="-XX:SharedArchiveFile=$file"
  fi
}

# has_room: whether an archive may be made beside a command: 1 GB is needed, and a limit of memory is the command's.
has_room() {
  case $(java_alone -XshowSettings:system -version 2>&1) in
    *'Memory Limit: '[0-9]*) return 1 ;;
  esac
  [ ! -r /proc/meminfo ] || [ "$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo)" -ge 2000000 ]
}

# train JAR: makes the archive, with a low priority, in a shell of its own. One process does; one that fails is not
# repeated for some minutes.
train() {
  # A directory that was named is for whoever will run in the image.
  [ -n "$named" ] || umask 077
  mkdir -p "$archives" || return 1
  # Only what is named as archives are, right there: the directory may hold other things.
  find "$archives/." ! -name . -prune -name 'shardy-[0-9]*-[0-9]*.jsa*' -mtime +60 -exec rm -rf {} + || :
  find "$archives/." ! -name . -prune -name 'shardy-[0-9]*-[0-9]*.jsa.making' -mmin +10 -exec rm -rf {} + || :
  making=$file.making
  mkdir "$making" || return 1
  # Agents and ports that the environment asks for are the command's. The archive fits whatever manages memory and code.
  unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS
  if ! nice -n 10 "$java" -Xshare:auto -XX:ArchiveClassesAtExit="$making/archive" -Xlog:disable \
    -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "-Djava.io.tmpdir=$making" \
    -Dshardyfusion.training=true "-Dshardyfusion.home=$home" -jar "$1" || ! mv -f "$making/archive" "$file"; then
    # While it is there, though empty, nobody tries again.
    rm -rf "$making"/*
    return 1
  fi
  rm -rf "$making"
  # Those of jars that have been replaced.
  for old in "$archives/$prefix"*.jsa; do
    [ "$old" = "$file" ] || rm -f "$old"
  done
}
