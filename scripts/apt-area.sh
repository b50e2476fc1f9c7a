# shellcheck shell=bash
# Sourced: an apt configuration of the project's own, so that packages of other suites can be fetched
# and verified without touching the machine's. The machine's own mirror of Debian is used.

# apt_area DIR TYPES SUITES: makes DIR and defines apt_in_area, which runs an apt command in it
apt_area() {
	local dir=$1 uris uri
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/sources"
	# shellcheck disable=SC2016  # a field of apt's, not a variable
	uris=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' |
		grep -v security | sort -u)
	uri=${uris%%$'\n'*}
	[ -n "$uri" ] || die "apt has no Debian mirror configured (apt-get indextargets names none)"
	printf 'Types: %s\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$2" "$uri" "$3" \
		/usr/share/keyrings/debian-archive-keyring.gpg >"$dir/sources/area.sources"
	APT_AREA=$dir
}

apt_in_area() { # apt_in_area COMMAND ARGUMENT...
	"$@" -o Dir::State::lists="$APT_AREA/lists" -o Dir::Cache="$APT_AREA/cache" \
		-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$APT_AREA/sources" \
		-o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Sandbox::User=root
}
