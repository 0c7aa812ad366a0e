// SPDX-License-Identifier: MIT
//
// As much of JSON Schema (draft 2020-12) as docs/*.schema.json use. A keyword that is not
// known here is a fault of the schema, so that none is taken for checked which is not.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace sallyport::ctl {

class Schema {
  public:
    explicit Schema(const std::string& text) : root_(nlohmann::json::parse(text)) {
        expect_known(root_, "#");
    }

    /// Where `text` is not what the schema says, and where the schema itself is wrong.
    [[nodiscard]] std::vector<std::string> faults(const std::string& text) const {
        std::vector<std::string> found = faults_;
        const Json value = Json::parse(text, nullptr, false);
        if (value.is_discarded())
            found.emplace_back("this is not JSON");
        else
            check(root_, value, "", found);
        return found;
    }

  private:
    using Json = nlohmann::json;
    using Faults = std::vector<std::string>;

    void expect_known(const Json& schema, const std::string& where) {
        static const std::set<std::string> known{
            "$schema", "$id",      "$defs",  "$ref",       "title", "description",
            "type",    "required", "enum",   "properties", "const", "additionalProperties",
            "items",   "minimum",  "maximum"};
        if (schema.is_boolean())
            return;
        for (const auto& [key, value] : schema.items()) {
            const std::string here = where + "/" + key;
            if (!known.contains(key))
                faults_.push_back(here + ": an unknown keyword");
            else if (key == "properties" || key == "$defs")
                for (const auto& [name, inner] : value.items())
                    expect_known(inner, here + "/" + name);
            else if (key == "items" || key == "additionalProperties")
                expect_known(value, here);
            else if (key == "$ref" && !value.get<std::string>().starts_with("#/$defs/"))
                faults_.push_back(here + ": points out of the file");
        }
    }

    static bool has_type(const Json& value, const std::string& type) {
        return (type == "object" && value.is_object()) ||
               (type == "array" && value.is_array()) ||
               (type == "string" && value.is_string()) ||
               (type == "integer" && value.is_number_integer()) ||
               (type == "boolean" && value.is_boolean()) ||
               (type == "null" && value.is_null());
    }

    static bool has_some_type(const Json& value, const Json& types) {
        if (types.is_string())
            return has_type(value, types.get<std::string>());
        for (const Json& type : types) {
            if (has_type(value, type.get<std::string>()))
                return true;
        }
        return false;
    }

    static void check_value(const Json& schema, const Json& value, const std::string& where,
                            Faults& found) {
        if (schema.contains("type") && !has_some_type(value, schema["type"]))
            found.push_back(where + ": is not of type " + schema["type"].dump());
        if (schema.contains("const") && schema["const"] != value)
            found.push_back(where + ": is not " + schema["const"].dump());
        if (schema.contains("minimum") && value.is_number() && value < schema["minimum"])
            found.push_back(where + ": is too small");
        if (schema.contains("maximum") && value.is_number() && value > schema["maximum"])
            found.push_back(where + ": is too large");
        if (!schema.contains("enum"))
            return;
        const Json& words = schema["enum"];
        if (std::find(words.begin(), words.end(), value) == words.end())
            found.push_back(where + ": " + value.dump() + " is none of " + words.dump());
    }

    void check_object(const Json& schema, const Json& value, const std::string& where,
                      Faults& found) const {
        for (const Json& key : schema.value("required", Json::array())) {
            if (!value.contains(key.get<std::string>()))
                found.push_back(where + ": has no " + key.dump());
        }
        const Json properties = schema.value("properties", Json::object());
        for (const auto& [key, inner] : value.items()) {
            if (properties.contains(key))
                check(properties[key], inner, where + "/" + key, found);
            else if (schema.contains("additionalProperties"))
                check(schema["additionalProperties"], inner, where + "/" + key, found);
        }
    }

    void check(const Json& schema, const Json& value, const std::string& where,
               Faults& found) const {
        if (schema.is_boolean()) {
            if (!schema.get<bool>())
                found.push_back(where + ": may not be there");
            return;
        }
        if (schema.contains("$ref")) {
            const std::string name = schema["$ref"].get<std::string>().substr(1);
            check(root_.at(Json::json_pointer(name)), value, where, found);
        }
        check_value(schema, value, where, found);
        if (value.is_object())
            check_object(schema, value, where, found);
        if (value.is_array() && schema.contains("items")) {
            for (std::size_t i = 0; i < value.size(); ++i)
                check(schema["items"], value[i], where + "/" + std::to_string(i), found);
        }
    }

    Json root_;
    Faults faults_;
};

} // namespace sallyport::ctl
