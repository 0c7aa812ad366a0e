# SPDX-License-Identifier: MIT
use strict;
use warnings;
use Mail::Mailer;

# It calls without -i: a lone dot would end the message.
my $mailer = Mail::Mailer->new('sendmail');
$mailer->open(
    {   From => 'Web <web@example.test>',
        To => [ 'alice@example.test', 'bob@example.test' ],
        Bcc => 'root@example.test',
        Subject => 'Mail::Mailer'
    }
);
print $mailer "eins\n..\n.zwei\n";
$mailer->close or exit 1;
