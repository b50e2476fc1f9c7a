#!/bin/busybox sh
# shellcheck shell=dash
# First program of a test machine: the host's root file system, read-only over 9p, becomes the lower
# layer of an overlay whose upper layer lives in memory; then the agent takes over as process 1.
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000,cache=loose hostroot /lower ||
	echo "lab: cannot mount the host's root file system"
mount -t tmpfs -o mode=755,size=50% rw /rw
mkdir -p /rw/upper /rw/work
mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work overlay /new ||
	echo "lab: cannot mount the overlay"

node=0 nics=1
# shellcheck disable=SC2013  # words are meant
for word in $(cat /proc/cmdline); do
	case $word in
	lab.node=*) node=${word#*=} ;;
	lab.nics=*) nics=${word#*=} ;;
	esac
done

cd /new || exit 1
mount -t tmpfs -o mode=755 run run
mkdir -p run/lock run/lab var/lib/drbd dev proc sys tmp
mount -t tmpfs -o mode=1777 tmp tmp
mount -t tmpfs -o mode=755 varlibdrbd var/lib/drbd
mount --move /proc proc
mount --move /sys sys
mount --move /dev dev
mkdir -p dev/pts dev/shm
mount -t devpts -o ptmxmode=666,mode=620 devpts dev/pts
mount -t debugfs debugfs sys/kernel/debug
mount -t tracefs tracefs sys/kernel/tracing
mount -t configfs configfs sys/kernel/config
ln -sf /proc/self/fd dev/fd
ln -sf /proc/self/fd/0 dev/stdin
ln -sf /proc/self/fd/1 dev/stdout
ln -sf /proc/self/fd/2 dev/stderr
# The host's module directory is none of ours.
mkdir -p usr/lib/modules
cp -a /lib/modules/* usr/lib/modules/
cp /agent run/lab/agent
hostname "node$node"
echo "node$node" > etc/hostname
# DRBD asks its helper programs by path; the machine has no network but the cluster's.
rm -rf etc/drbd.d
mkdir -p etc/drbd.d
ip link set lo up
nic=0
while [ $nic -lt "$nics" ]; do
	ip addr add "10.77.$nic.$((node + 1))/24" dev "eth$nic"
	ip -6 addr add "fd77:0:0:$nic::$((node + 1))/64" dev "eth$nic" nodad 2>/dev/null ||
		ip -6 addr add "fd77:0:0:$nic::$((node + 1))/64" dev "eth$nic"
	ip link set "eth$nic" up
	nic=$((nic + 1))
done
export PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=linux LANG=C.UTF-8
export DM_DISABLE_UDEV=1
exec switch_root /new /run/lab/agent /dev/vport0p1
