# SPDX-License-Identifier: MIT
use strict;
use warnings;
use Email::Sender::Simple qw(sendmail);
use Email::Sender::Transport::Sendmail;

my $message = <<'EOM';
From: Web <web@example.test>
To: alice@example.test
Cc: Bob <bob@example.test>
Subject: Email::Sender

eins
.
..zwei
EOM
sendmail(
    $message,
    {   from => 'web@example.test',
        to => [ 'alice@example.test', 'bob@example.test', 'root@example.test' ],
        transport => Email::Sender::Transport::Sendmail->new
    }
);
