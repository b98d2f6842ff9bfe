// Prints docs/errors.md.
#include <iostream>

#include "tests/documentation/errors_page.hpp"

int main() {
    std::cout << keyward::errors_page();
}
