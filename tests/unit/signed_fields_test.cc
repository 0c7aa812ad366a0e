// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE signed_fields
#include <boost/test/unit_test.hpp>

#include "message/signed_fields.h"

using namespace sallyport;

namespace {

SignedFields signed_by(std::string_view tags) {
    SignedFields fields;
    fields.add(tags);
    BOOST_TEST(fields.any());
    return fields;
}

void check_all(std::string_view tags) {
    BOOST_TEST(signed_by(tags).cover("X-Any"), tags);
}

} // namespace

BOOST_AUTO_TEST_CASE(without_a_signature) {
    BOOST_TEST(!SignedFields().any());
    for (const char* name : {"", "From", "Subject"})
        BOOST_TEST(!SignedFields().cover(name), name);
}

BOOST_AUTO_TEST_CASE(names_in_the_h_tag) {
    for (const char* tags :
         {" v=1; a=rsa-sha256; h=To:Subject:X-A_b.c; bh=a=; b=b==\r\n",
          "h=to:subject:x-a_b.c", "h\t=\r\n to\r\n\t:\r\n Subject : X-A_B.C\r\n ;b=",
          ";;h=TO:to:SUBJECT:x-a_b.c;;"}) {
        const SignedFields fields = signed_by(tags);
        for (const char* name :
             {"To", "to", "SUBJECT", "x-a_b.C", "From", "DKIM-Signature"})
            BOOST_TEST(fields.cover(name), tags << name);
        for (const char* name :
             {"", "T", "o", "Cc", "Too", "Subject:X-A_b.c", "v", "b", "h"})
            BOOST_TEST(!fields.cover(name), tags << name);
    }
}

BOOST_AUTO_TEST_CASE(other_tags_name_nothing) {
    const SignedFields fields = signed_by("z=To:a|h=Cc:b; x-h=bcc; h=date; H=sender");
    BOOST_TEST(fields.cover("Date"));
    for (const char* name : {"To", "Cc", "Bcc", "Sender"})
        BOOST_TEST(!fields.cover(name), name);
}

BOOST_AUTO_TEST_CASE(each_of_several_signatures_counts) {
    SignedFields fields = signed_by("h=to");
    fields.add("h=cc");
    BOOST_TEST((fields.cover("To") && fields.cover("Cc") && !fields.cover("Subject")));
    fields.add("b=x");
    BOOST_TEST(fields.cover("Subject"));
    fields.add("h=to");
    BOOST_TEST(fields.cover("Subject"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_covers_all) {
    for (const char* tags : {"", ";", "v=1; b=x", "h", "h=", "h= ;", "h=to:", "h=:to",
                             "h=to::cc", "h=to:c c", "h=to:c\r\n c", "h=to:\xc3\xb6",
                             "h=to; h=to", "hh=to", "H=to", "\"h=to\"", "h (to)=to"})
        check_all(tags);
    check_all(std::string_view("h=to:c\0c", 8));
}

/// Each name costs memory.
BOOST_AUTO_TEST_CASE(more_than_a_thousand_names_cover_all) {
    std::string tags = "h=x";
    for (int i = 4; i < 1000; ++i) // and the three that are always covered
        tags += ":" + std::to_string(i);
    BOOST_TEST(!signed_by(tags).cover("X-Any"));
    check_all(tags + ":y");
    std::string same = "h=to";
    for (int i = 0; i < 1'000'000; ++i)
        same += ":to";
    BOOST_TEST(signed_by(same).cover("to"));
}
