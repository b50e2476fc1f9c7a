#include <linux/types.h>

int isalnum(int c);
