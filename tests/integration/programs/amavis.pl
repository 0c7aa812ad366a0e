# SPDX-License-Identifier: MIT
#
# amavis.pl PORT RECIPIENT...: hands standard input to the daemon, as soon as that listens.
use strict;
use warnings;
use Net::SMTP;

my ($port, @recipients) = @ARGV;
my $smtp;
for (1 .. 100) {
    $smtp = Net::SMTP->new("127.0.0.1:$port", Timeout => 30) and last;
    select(undef, undef, undef, 0.2);
}
die "nobody listens on $port\n" unless $smtp;
local $/;
my $message = <STDIN>;
my $taken = $smtp->mail('web@example.test') && $smtp->to(@recipients) && $smtp->data($message);
print $smtp->message;
$smtp->quit;
exit($taken ? 0 : 1);
