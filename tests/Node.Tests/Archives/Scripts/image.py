# Makes an image's files in the current folder.
import os


def write(path, content=b'old', mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as file:
        file.write(content)
    os.chmod(path, mode)


os.makedirs('bin')
os.system('cp /usr/bin/busybox bin/busybox')
os.system("cp --parents --dereference $(ldd /usr/bin/flock | grep -o '/[^ ]*') . && cp /usr/bin/flock bin/")
for program in ('sh', 'sleep', 'cat', 'nc', 'mv'):
    os.symlink('busybox', 'bin/' + program)
for folder in ('dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'volume'):
    os.makedirs(folder)
write('etc/known')
write('etc/unknown')
os.symlink('../data/target', 'etc/link')
for name in ('target', 'deleted', 'file-to-link', 'file-to-folder', 'mode', 'owner', 'time', 'kept'):
    write('data/' + name)
os.symlink('target', 'data/link-to-file')
write('data/linked')
os.link('data/linked', 'data/other-name')
for name in ('deleted-folder/file', 'replaced/hidden', 'replaced/below/hidden', 'folder-to-file/file', 'folder-mode/file', 'folder-owner/file'):
    write('data/' + name)
# What a test does not set is long ago, so that the time of what is made tells that it was made.
for folder, folders, files in os.walk('.'):
    for name in ['.'] + files:
        os.utime(os.path.join(folder, name), (1000000000, 1000000000), follow_symlinks=False)
