# cmake -DINPUT=file -DOUTPUT=file.cpp -DNAME=function -P EmbedText.cmake: makes a text file a C++ function in namespace keyward::api.
file(READ ${INPUT} text)
file(WRITE ${OUTPUT} "#include <string_view>\n\nnamespace keyward::api {\nstd::string_view ${NAME}();\nstd::string_view ${NAME}() {\n    return R\"~~~(${text})~~~\";\n}\n}  // namespace keyward::api\n")
