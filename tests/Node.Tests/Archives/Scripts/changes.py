# Changes the files of image.py in the current folder in all the ways that a diff has to tell.
import os, struct


def write(path, content=b'new', mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as file:
        file.write(content)
    os.chmod(path, mode)


def remove(path):
    os.system('rm -r ' + path)


write('etc/known', b'longer than before')
write('etc/unknown')
os.unlink('etc/link')
os.unlink('data/deleted')
remove('data/deleted-folder')
remove('data/replaced')
write('data/replaced/made')
remove('data/folder-to-file')
write('data/folder-to-file')
os.unlink('data/file-to-folder')
os.mkdir('data/file-to-folder', 0o750)
os.unlink('data/file-to-link')
os.symlink('target', 'data/file-to-link')
os.unlink('data/link-to-file')
write('data/link-to-file')
write('data/linked')
os.chmod('data/mode', 0o4711)
os.chown('data/owner', 1234, 70000)
os.utime('data/time', ns=(1, 1234567890123456789))
os.chmod('data/folder-mode', 0o1770)
os.chown('data/folder-owner', 1000, 1001)

write('new/b-name', b'several names')
os.link('new/b-name', 'new/a-name')
os.link('new/b-name', 'new/c-name')
os.setxattr('new/b-name', 'user.note', b'\x00\x01\xff=\n')
os.setxattr('new', 'user.folder', b'on a folder')
write('new/capable', mode=0o755)
os.setxattr('new/capable', 'security.capability', struct.pack('<IIIII', 0x02000001, 1 << 10, 0, 0, 0))
write('new/setuid', mode=0o6755)
os.chown('new/setuid', 5, 6)
os.chmod('new/setuid', 0o6755)
os.utime('new/setuid', ns=(1, -123456789))
with open('new/sparse', 'wb') as file:
    file.seek(1 << 20)
    file.write(b'data')
    file.truncate(2 << 20)
os.mkdir('new/empty')
os.chmod('new/empty', 0o2775)
os.mkfifo('new/fifo', 0o640)
os.mknod('new/null', 0o20666, os.makedev(1, 3))
write('new/sp\u00e4\u00dfe')
write('new/with\nnewline')
write(b'new/\xff\xfe'.decode('utf-8', 'surrogateescape'))
os.symlink(b'\xff-target', b'new/\xff-link')
os.symlink('x' * 200, 'new/long-link')
write('/'.join(['new', 'd' * 120, 'e' * 150, 'f' * 200]))
