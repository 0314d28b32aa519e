// Stands where QEMU would: started, and done.
int main(void) { return 0; }
