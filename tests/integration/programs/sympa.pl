# SPDX-License-Identifier: MIT
use strict;
use warnings;
use lib '/usr/share/sympa/lib';
use Sympa::Mailer;
use Sympa::Message;
use Sympa::Process;

$Conf::Conf{sendmail} = '/usr/sbin/sendmail';
$Conf::Conf{sendmail_args} = '-oi -odi -oem';
$Conf::Conf{maxsmtp} = 40;
my $text = "From: Web <web\@example.test>\nTo: list\@example.test\nSubject: Gruss\n\n"
    . "eins\n.\n..zwei\nGr\xc3\xbc\xc3\x9fe\n";
my $message = Sympa::Message->new($text, envelope_sender => 'web@example.test');
my @everybody = ('alice@example.test', 'bob@example.test', 'root@example.test');
Sympa::Mailer->instance->store($message, \@everybody, envid => 42, tag => 0) or exit 1;
1 while Sympa::Process->instance->wait_child > 0;
