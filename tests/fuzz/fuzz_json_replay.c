/*
 * Any bytes as lines of JSON, three times over, so that shapes are learned and then replayed:
 * replay gives what the walker gives. The first byte says in which steps they come.
 */
#include "../json_twin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 16 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf text CLEANUP(buf_done) = buf_make(4 * INPUT_MAX);
    uint64_t replayed = 0;

    if (size < 2 || size > INPUT_MAX)
        return 0;
    for (int i = 0; i < 3; i++) {
        buf_add(&text, (str){(const char *)data + 1, size - 1});
        buf_char(&text, '\n');
    }
    size_t step = data[0] & 1 ? (size_t)data[0] + 1 : text.n;
    bool equal = json_twin_equal(buf_str(&text), step, &replayed);
    assert(equal);
    (void)equal;
    return 0;
}
