# SPDX-License-Identifier: MIT
#
# RT's way out, without its data base.
use strict;
use warnings;
use lib '/usr/share/request-tracker5/lib';
use MIME::Entity;
use RT;

RT::LoadConfig();
RT::InitLogging();
require RT::Interface::Email;
RT->Config->Set(MailCommand => 'sendmailpipe');
RT->Config->Set(SendmailPath => '/usr/sbin/sendmail');
RT->Config->Set(SetOutgoingMailFrom => 'web@example.test');

my $letter = MIME::Entity->build(
    From => 'Web <web@example.test>',
    To => 'alice@example.test',
    Cc => 'Bob <bob@example.test>',
    Bcc => 'root@example.test',
    Subject => 'RT',
    Charset => 'utf-8',
    Encoding => '8bit',
    Data => "eins\n.\n..zwei\nGr\xc3\xbc\xc3\x9fe\n"
);
exit(RT::Interface::Email::SendEmail(Entity => $letter) ? 0 : 1);
