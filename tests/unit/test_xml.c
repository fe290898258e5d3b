/* XML tokens: elements, attributes, text and references, and what each refusal says. */
#include "text/xml.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* "<a x=1>" opens, "text", "</a>" closes, "." ends, "!why" refuses. */
static void assert_tokens(void **state, str text, const char *want)
{
    struct arena *a = *state;
    struct xml *x = arena_alloc(a, sizeof *x);
    struct xml_token *t = arena_alloc(a, sizeof *t);
    struct buf got = buf_make(1 << 16);

    xml_init(x, text, a);
    do {
        xml_next(x, t);
        if (t->kind == XML_OPEN) {
            buf_printf(&got, "<" STR_FMT, STR_ARG(t->name));
            for (uint32_t i = 0; i < t->attribute_count; i++)
                buf_printf(&got, " " STR_FMT "=" STR_FMT, STR_ARG(t->attributes[i].name),
                           STR_ARG(t->attributes[i].value));
            buf_char(&got, '>');
        } else if (t->kind == XML_CLOSE) {
            buf_printf(&got, "</" STR_FMT ">", STR_ARG(t->name));
        } else if (t->kind == XML_TEXT) {
            buf_add(&got, t->text);
        } else {
            buf_add(&got, t->kind == XML_END ? S(".") : S("!"));
            buf_add(&got, str_from(x->error));
        }
    } while (t->kind != XML_END && t->kind != XML_ERROR);
    assert_string_equal(buf_cstr(&got), want);
    buf_done(&got);
}

static void reads_elements_attributes_and_text(void **state)
{
    assert_tokens(state, S("<a x=\"1\" y = '2'>t<b/>u</a>"), "<a x=1 y=2>t<b></b>u</a>.");
    assert_tokens(state, S(" <a:b></a:b >\n"), "<a:b></a:b>.");
    assert_tokens(state, S("<a x='>'/><b/>"), "<a x=>></a><b></b>.");
    assert_tokens(state, S(""), ".");
}

static void resolves_references(void **state)
{
    assert_tokens(state, S("<a x='&quot;&apos;'>&lt;&gt;&amp;&#65;&#x20ac;</a>"),
                  "<a x=\"'><>&A\xE2\x82\xAC</a>.");
    assert_tokens(state, S("<a>&amp;lt;</a>"), "<a>&lt;</a>.");
}

static void keeps_what_is_no_reference(void **state)
{
    assert_tokens(state, S("<a>x & y &nope; &#xzz; &;</a>"), "<a>x & y &nope; &#xzz; &;</a>.");
}

static void impossible_characters_become_replacements(void **state)
{
    assert_tokens(state, S("<a>&#0;&#xD800;&#x110000;\xFF</a>"),
                  "<a>\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD</a>.");
}

static void cdata_is_text_as_it_stands(void **state)
{
    assert_tokens(state, S("<a><![CDATA[<b>&amp;]]]></a>"), "<a><b>&amp;]</a>.");
}

static void passes_over_comments_instructions_and_doctypes(void **state)
{
    assert_tokens(state,
                  S("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e '>]'>]><!-- > --><a>1<!-- x -->2"
                    "</a>"),
                  "<a>12</a>.");
    assert_tokens(state, S("<!DOCTYPE a [<!ENTITY e 'boom'>]><a>&e;</a>"), "<a>&e;</a>.");
}

static void says_why_it_refuses(void **state)
{
    assert_tokens(state, S("<a><b></a>"), "<a><b>!a closing tag that fits no open one");
    assert_tokens(state, S("</a>"), "!a closing tag that fits no open one");
    assert_tokens(state, S("<a>x"), "<a>x!ends inside an element");
    assert_tokens(state, S("<a "), "!ends inside a tag");
    assert_tokens(state, S("</"), "!ends inside a tag");
    assert_tokens(state, S("<>"), "!a tag without a name");
    assert_tokens(state, S("<a x>"), "!an attribute without a value");
    assert_tokens(state, S("<a x=1>"), "!an attribute value without quotes");
    assert_tokens(state, S("<a x='1>"), "!ends inside an attribute");
    assert_tokens(state, S("x<a/>"), "!text outside of elements");
    assert_tokens(state, S("<a><!-- x"), "<a>!ends inside a comment or declaration");
    assert_tokens(state, S("<a><![CDATA[x"), "<a>!ends inside CDATA");
}

static void nesting_and_attributes_have_limits(void **state)
{
    struct arena *a = *state;
    struct xml *x = arena_alloc(a, sizeof *x);
    struct xml_token *t = arena_alloc(a, sizeof *t);
    struct buf deep = buf_make(1 << 16), wide = buf_make(1 << 16);

    for (int i = 0; i <= XML_DEPTH_MAX; i++)
        buf_add(&deep, S("<a>"));
    xml_init(x, buf_str(&deep), a);
    for (int i = 0; i < XML_DEPTH_MAX; i++) {
        xml_next(x, t);
        assert_int_equal(t->kind, XML_OPEN);
    }
    xml_next(x, t);
    assert_int_equal(t->kind, XML_ERROR);
    assert_string_equal(x->error, "nested too deep");

    buf_add(&wide, S("<a"));
    for (int i = 0; i <= XML_ATTRIBUTES_MAX; i++)
        buf_add(&wide, S(" x=''"));
    buf_add(&wide, S("/>"));
    xml_init(x, buf_str(&wide), a);
    xml_next(x, t);
    assert_int_equal(t->kind, XML_ERROR);
    assert_string_equal(x->error, "too many attributes");
    buf_done(&deep);
    buf_done(&wide);
}

static int setup(void **state)
{
    *state = arena_new(1 << 16);
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_elements_attributes_and_text, setup, teardown),
        cmocka_unit_test_setup_teardown(resolves_references, setup, teardown),
        cmocka_unit_test_setup_teardown(keeps_what_is_no_reference, setup, teardown),
        cmocka_unit_test_setup_teardown(impossible_characters_become_replacements, setup, teardown),
        cmocka_unit_test_setup_teardown(cdata_is_text_as_it_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(passes_over_comments_instructions_and_doctypes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(says_why_it_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(nesting_and_attributes_have_limits, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
