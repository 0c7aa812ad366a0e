<?php
// SPDX-License-Identifier: MIT
require 'Mail.php';

$mailer = Mail::factory('sendmail', ['sendmail_path' => '/usr/sbin/sendmail']);
$headers = [
    'From' => 'Web <web@example.test>',
    'To' => 'alice@example.test',
    'Cc' => 'Bob <bob@example.test>',
    'Subject' => 'Gruss'
];
$everybody = ['alice@example.test', 'bob@example.test', 'root@example.test'];
exit($mailer->send($everybody, $headers, "eins\n.\n..zwei\nGr\u{fc}\u{df}e\n") === true ? 0 : 1);
