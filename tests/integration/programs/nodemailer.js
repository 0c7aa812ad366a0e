// SPDX-License-Identifier: MIT
const nodemailer = require('nodemailer');

nodemailer.createTransport({ sendmail: true }).sendMail({
    from: 'Web <web@example.test>',
    to: 'alice@example.test',
    cc: 'Bob <bob@example.test>',
    bcc: 'root@example.test',
    subject: 'Gr\u00fc\u00dfe',
    text: 'eins\n.\n..zwei\nGr\u00fc\u00dfe\n',
    html: '<p>eins</p>',
    attachments: [{ filename: 'a.bin', content: Buffer.alloc(3000, 7) }]
}).then(() => process.exit(0), (error) => {
    console.error(error.message);
    process.exit(1);
});
