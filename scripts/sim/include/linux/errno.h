#ifndef SIM_ERRNO_H
#define SIM_ERRNO_H
#include <asm/errno.h>
#define ERESTARTSYS 512
#endif
