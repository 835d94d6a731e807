// Files of plain numbers that the network is read from.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace v1bridge {

inline bool exists(const std::string &path)
{
    return std::ifstream(path, std::ios::binary).good();
}

template <class T> std::vector<T> read_array(const std::string &path)
{
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) {
        std::cerr << "cannot read " << path << std::endl;
        std::exit(3);
    }
    std::vector<T> values(static_cast<size_t>(file.tellg()) / sizeof(T));
    file.seekg(0);
    file.read(reinterpret_cast<char *>(values.data()), values.size() * sizeof(T));
    return values;
}

}  // namespace v1bridge
