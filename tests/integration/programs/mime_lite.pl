# SPDX-License-Identifier: MIT
use strict;
use warnings;
use MIME::Lite;

my $message = MIME::Lite->new(
    From => 'Web <web@example.test>',
    To   => 'alice@example.test',
    Cc   => 'Bob <bob@example.test>',
    Bcc  => 'root@example.test',
    Subject => 'MIME::Lite',
    Type => 'multipart/mixed'
);
my $text = "eins\n.\n..zwei\nGr\xc3\xbc\xc3\x9fe\n";
$message->attach(Type => 'TEXT', Encoding => '8bit', Data => $text);
$message->attach(Type => 'image/gif', Encoding => 'base64', Data => join('', map { chr } 0 .. 255));
exit($message->send('sendmail', SetSender => 1, FromSender => 'web@example.test') ? 0 : 1);
