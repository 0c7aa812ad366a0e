<?php
// SPDX-License-Identifier: MIT
// The argument is the sendmail command.
require '/usr/share/php/Egulias/EmailValidator/autoload.php';
require '/usr/share/php/Swift/swift_required.php';

$message = (new Swift_Message("Gr\u{fc}\u{df}e", "eins\n.\n..zwei\nGr\u{fc}\u{df}e\n"))
    ->setFrom(['web@example.test' => 'Web'])
    ->setTo('alice@example.test')
    ->setCc(['bob@example.test' => 'Bob'])
    ->setBcc('root@example.test')
    ->attach(new Swift_Attachment(random_bytes(3000), 'a.bin', 'application/octet-stream'));
$mailer = new Swift_Mailer(new Swift_SendmailTransport($argv[1]));
exit($mailer->send($message) === 3 ? 0 : 1);
