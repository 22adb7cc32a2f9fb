# Prints all that a file system tells about a folder's entries as JSON: {path: {fact: value}}. Bytes that are no UTF-8 are written \xff.
import hashlib, json, os, stat, sys

root = os.fsencode(sys.argv[1])
types = {stat.S_IFREG: 'file', stat.S_IFDIR: 'directory', stat.S_IFLNK: 'link', stat.S_IFIFO: 'fifo', stat.S_IFCHR: 'character', stat.S_IFBLK: 'block'}


def text(name):
    return name.decode('utf-8', 'backslashreplace')


def paths():
    yield b'.'
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            yield os.path.relpath(os.path.join(folder, name), root)


entries, inodes = {}, {}
for path in sorted(paths()):
    full = os.path.join(root, path)
    status = os.lstat(full)
    kind = stat.S_IFMT(status.st_mode)
    facts = {
        'type': types.get(kind, 'other'),
        'mode': oct(stat.S_IMODE(status.st_mode)),
        'owner': f'{status.st_uid}:{status.st_gid}',
        'time': str(status.st_mtime_ns),
    }
    for name in sorted(os.listxattr(full, follow_symlinks=False)):
        facts['attribute ' + name] = os.getxattr(full, name, follow_symlinks=False).hex()
    if kind == stat.S_IFREG:
        facts['size'] = str(status.st_size)
        facts['content'] = hashlib.sha256(open(full, 'rb').read()).hexdigest()
    elif kind == stat.S_IFLNK:
        facts['target'] = text(os.readlink(full))
    elif kind in (stat.S_IFCHR, stat.S_IFBLK):
        facts['device'] = f'{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}'
    if kind != stat.S_IFDIR:
        facts['same file as'] = inodes.setdefault((status.st_dev, status.st_ino), text(path))
    entries[text(path)] = facts
json.dump(entries, sys.stdout)
