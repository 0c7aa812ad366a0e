#!/bin/sh
# SPDX-License-Identifier: MIT
set -e
mkdir -p "$HOME/repository"
cd "$HOME/repository"
export GIT_AUTHOR_NAME=Web GIT_AUTHOR_EMAIL=web@example.test
export GIT_COMMITTER_NAME=Web GIT_COMMITTER_EMAIL=web@example.test
export GIT_CONFIG_GLOBAL=/dev/null
if [ ! -e .git ]; then
    git init -q .
    printf 'eins\n.\n..zwei\nGr\303\274\303\237e\n' >text
    git add text
    git commit -q -m "text: Gr$(printf '\303\274\303\237')e"
fi
git send-email --from='Web <web@example.test>' --to="${1:-alice@example.test}" \
    --cc=bob@example.test --bcc=root@example.test --suppress-cc=all \
    --envelope-sender=auto --confirm=never --quiet -1
