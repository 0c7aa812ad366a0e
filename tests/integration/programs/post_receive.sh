#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A first branch has come into a repository that tells two people of it.
set -e
cd "$HOME"
rm -rf hub
export GIT_AUTHOR_NAME=Web GIT_AUTHOR_EMAIL=web@example.test
export GIT_COMMITTER_NAME=Web GIT_COMMITTER_EMAIL=web@example.test
export GIT_CONFIG_GLOBAL=/dev/null
git init -q --bare hub
export GIT_DIR=hub
git config hooks.mailinglist 'alice@example.test, Bob <bob@example.test>'
git config hooks.envelopesender web@example.test
tree=$(git hash-object -w -t tree /dev/null)
commit=$(printf 'hub: Gr\303\274\303\237e\n\n..\n' | git commit-tree "$tree")
git update-ref refs/heads/main "$commit"
printf '%040d %s refs/heads/main\n' 0 "$commit" |
    /bin/sh /usr/share/git-core/contrib/hooks/post-receive-email
