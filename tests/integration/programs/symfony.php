<?php
// SPDX-License-Identifier: MIT
// The argument is the sendmail command.
require '/usr/share/php/Symfony/Component/Mailer/autoload.php';
require '/usr/share/php/Symfony/Component/Mime/autoload.php';

$email = (new Symfony\Component\Mime\Email())
    ->from('Web <web@example.test>')
    ->to('alice@example.test')
    ->cc('Bob <bob@example.test>')
    ->bcc('root@example.test')
    ->subject("Gr\u{fc}\u{df}e")
    ->text("eins\n.\n..zwei\nGr\u{fc}\u{df}e\n")
    ->html("<p>eins</p>\n.\n<p>Gr\u{fc}\u{df}e</p>")
    ->attach(random_bytes(3000), 'a.bin');
(new Symfony\Component\Mailer\Transport\SendmailTransport($argv[1]))->send($email);
