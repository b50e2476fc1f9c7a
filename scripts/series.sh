# shellcheck shell=bash
# Sourced: what the scripts that read and write the series have in common.

PATCHES=${PATCHES:-$TOP/patches}
SERIES=${SERIES:-$TOP/series}
# shellcheck disable=SC2034  # used by those who source this
AUTHOR='"DRBD for-7.x" <drbd-dev@lists.linux.dev>'

# git in the work tree, independent of anybody's configuration
tree_git() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null git -C "$TREE" \
		-c user.name="DRBD for-7.x" -c user.email=drbd-dev@lists.linux.dev -c commit.gpgSign=false \
		-c core.hooksPath=/dev/null -c core.looseCompression=0 -c core.compression=0 -c gc.auto=0 \
		-c am.threeWay=false -c diff.external= -c diff.mnemonicPrefix=false "$@"
}

series_patches() { # the patch files in order, as paths
	[ ! -e "$SERIES" ] || sed "s|^|$PATCHES/|" "$SERIES"
}

series_id() { # identifies series and patches
	# shellcheck disable=SC2046
	{ cat "$SERIES" 2>/dev/null; cat $(series_patches) /dev/null; } | sha256sum | cut -d' ' -f1
}

remember_series() { # the tree's branch and the series are the same from here on
	tree_git config drbdlab.series "$(series_id)"
	tree_git config drbdlab.head "$(tree_git rev-parse refs/heads/drbd)"
}

subject_of() { # subject of a patch file, unfolded, without [PATCH]
	git mailinfo /dev/null /dev/null <"$1" | sed -n 's/^Subject: //p'
}
