# Programs that use the library as it is installed: found by pkg-config, in C, C++ and Python, linked with the shared
# library and with the archive. What they print is compared to the last byte.
build=$(dirname "$(dirname "$tocsin")")
meson install -C "$build" --no-rebuild --tags devel --destdir "$PWD/root" >install.log
config=$(find root -name tocsin.pc)
prefix=$PWD/root$(sed -n 's/^prefix=//p' "$config")
PKG_CONFIG_PATH=$PWD/$(dirname "$config")
export PKG_CONFIG_PATH
found() {
	pkg-config --define-variable=prefix="$prefix" "$@" tocsin
}
libdir=$(found --variable=libdir)

# A library with a sanitizer inside wants it linked by the compiler that built it.
cc=$(sed -n 's/^ command = \(ccache \)\{0,1\}\([^ ]*\) .* -MD .*/\2/p' "$build/build.ninja" | head -n 1)
case $(nm -D "$libdir/libtocsin.so" | grep -o '__[at]san_init' | sort -u) in
__asan_init) sanitized='-fsanitize=address,undefined' ;;
__tsan_init) sanitized='-fsanitize=thread' ;;
*) sanitized= ;;
esac
case $cc in *clang) cxx=clang++ ;; *) cxx=g++ ;; esac
export LD_LIBRARY_PATH="$libdir"

# compile FILE OPTIONS...: with all warnings, as strict C11, to a program of its name.
compile() {
	file=$1
	shift
	# shellcheck disable=SC2046,SC2086 # words
	"$cc" $sanitized -std=c11 -Wall -Wextra -Wconversion -Wstrict-prototypes -pedantic -Werror \
		$(found --cflags) "$file" "$@" -o "$(basename "$file" .c)"
}

for example in detector anomalous scan_buffer; do
	# shellcheck disable=SC2046 # words
	compile "$top/examples/$example.c" $(found --libs)
	./$example >$example.out
	diff "$top/examples/$example.expected" $example.out
	# The archive is all of it, but for the libraries that it requires.
	# shellcheck disable=SC2046 # words
	compile "$top/examples/$example.c" "$libdir/libtocsin.a" \
		$(pkg-config --libs $(pkg-config --print-requires-private tocsin)) -lm -pthread
	env -u LD_LIBRARY_PATH ./$example >$example.out
	diff "$top/examples/$example.expected" $example.out
done

# The header is C++ too.
cat >cxx.cpp <<'EOF'
#include <tocsin.h>
#include <iostream>
#include <memory>

int main()
{
    tocsin_error why = TOCSIN_ERROR_INIT;
    std::unique_ptr<tocsin_detector, decltype(&tocsin_detector_free)> d(tocsin_detector_new(), tocsin_detector_free);

    if (!tocsin_detector_watch(d.get(), nullptr, "Seen", 2, TOCSIN_SECOND, &why))
        return 1;
    for (int i = 0; i < 2; i++)
        tocsin_detector_add(d.get(), 0, "2001:DB8::1", "ping", "low", &why);
    tocsin_detector_add(d.get(), 0, "2001:db8::1", "ping", "worst", &why);
    std::cout << tocsin_alert_message(tocsin_detector_alert(d.get(), 0)) << "\n" << why.message << "\n";
}
EOF
# shellcheck disable=SC2046,SC2086 # words
"$cxx" $sanitized -std=c++17 -Wall -Wextra -pedantic -Werror $(found --cflags) cxx.cpp $(found --libs) -o cxx
./cxx >cxx.out
printf '%s\n' '2001:db8::1: Seen' "unknown severity 'worst'" | diff - cxx.out

# Python loads the shared library as it is; one with a sanitizer wants a program that has it too.
if [ -z "$sanitized" ]; then
	python3 "$top/examples/scan_buffer.py" "$libdir/libtocsin.so.1" >python.out
	diff "$top/examples/scan_buffer.py.expected" python.out
	[ "$(head -n 1 python.out)" = "$(pkg-config --modversion tocsin)" ]
fi

# What the header names is what is exported, with a version, and nothing else is.
grep -oE '\btocsin_[a-z0-9_]+\(' "$prefix/include/tocsin.h" | tr -d '(' | grep -v '_fn$' | sort -u >declared
nm -D --defined-only "$libdir/libtocsin.so.1" | awk '$2 != "A" { print $3 }' | sort >exported
sed 's/$/@@TOCSIN_1.0/' declared | diff - exported
nm -g --defined-only "$libdir/libtocsin.a" | awk 'NF == 3 && $3 !~ /^_?_?[at]san|^__odr_asan/ { print $3 }' | sort |
	diff declared -
readelf -d "$libdir/libtocsin.so" | grep -q 'SONAME.*\[libtocsin.so.1\]'

# It links nothing that only serving needs.
if readelf -d "$libdir/libtocsin.so" | grep -E 'sqlite|gnutls|microhttpd|systemd|seccomp'; then exit 1; fi
