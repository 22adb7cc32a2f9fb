using CheckpointOperator.Core.Criu.Protos;

namespace CheckpointOperator.Core.Criu;

/// <summary>Puts together what the images say of the processes.</summary>
internal sealed class CheckpointAssembler
{
    // img_version of CRIU 2.0 and later; 1 is that of before.
    private const uint MaxImageVersion = 2;

    // What telling of a descriptor takes of the budget: about the objects' size.
    private const int DescriptorBytes = 64;

    private readonly ArchiveImages _images;
    private readonly ProcessTexts _texts;
    private readonly CriuParts _parts;
    private readonly FileTable _files;

    internal CheckpointAssembler(ArchiveImages images, ProcessTexts texts, CriuParts parts)
    {
        _images = images;
        _texts = texts;
        _parts = parts;
        var inventory = ImageFile.First(
            ImageNames.Inventory, images.Require(ImageNames.Inventory), ImageMagic.Inventory, InventoryEntry.Parser);
        if (inventory.ImgVersion != MaxImageVersion)
            throw ImageFile.Refuse(ImageNames.Inventory, $"it is of version {inventory.ImgVersion}; {MaxImageVersion} is read, that of CRIU 2.0 and later");
        _files = new FileTable(images);
    }

    internal CriuCheckpoint Assemble()
    {
        var processes = new List<CheckpointProcess>();
        var pids = new HashSet<uint>();
        uint? mountNamespace = null;
        foreach (var entry in ImageFile.Read(ImageNames.PsTree, _images.Require(ImageNames.PsTree), ImageMagic.PsTree, PstreeEntry.Parser))
        {
            // As CRIU does: a parent stands before its children, so there are no rings.
            if (!pids.Add(entry.Pid) || (entry.Ppid != 0 && (entry.Ppid == entry.Pid || !pids.Contains(entry.Ppid))))
                throw ImageFile.Refuse(ImageNames.PsTree, $"process {entry.Pid} is there twice, or before its parent {entry.Ppid}");
            processes.Add(Process(entry, ref mountNamespace));
        }

        return new CriuCheckpoint
        {
            Processes = processes,
            Mounts = _parts.HasFlag(CriuParts.Mounts) && mountNamespace is { } id ? MountTable.Read(_images, id) : null,
            Dump = _parts.HasFlag(CriuParts.Statistics) ? Statistics.ReadDump(_images) : null,
            Restore = _parts.HasFlag(CriuParts.Statistics) ? Statistics.ReadRestore(_images) : null,
        };
    }

    private CheckpointProcess Process(PstreeEntry entry, ref uint? mountNamespace)
    {
        var coreName = ImageNames.Of(ImageNames.Core, entry.Pid);
        var core = ImageFile.First(coreName, _images.Require(coreName), ImageMagic.Core, CoreEntry.Parser);
        if (core.Tc is null)
            throw ImageFile.Refuse(coreName, "it does not tell the process's state");
        var state = core.Tc.TaskState is 1 or 2 or 3 or 6 ? (ProcessState)core.Tc.TaskState : ProcessState.Unknown;
        var process = new CheckpointProcess
        {
            Pid = entry.Pid,
            ParentPid = entry.Ppid,
            ProcessGroup = entry.Pgid,
            Session = entry.Sid,
            Name = ImageText.Of(core.Tc.Comm),
            State = state,
            UserId = core.ThreadCore?.Creds?.Uid,
            GroupId = core.ThreadCore?.Creds?.Gid,
            Threads = [.. entry.Threads],
        };
        return state is ProcessState.Alive or ProcessState.Stopped ? Complete(process, core, ref mountNamespace) : process;
    }

    private CheckpointProcess Complete(CheckpointProcess process, CoreEntry core, ref uint? mountNamespace)
    {
        var idsName = ImageNames.Of(ImageNames.Ids, process.Pid);
        // CRIU has the ids in an image of their own, and in the core image where a task was made without one.
        var ids = _images.Find(idsName) is { } image
            ? ImageFile.First(idsName, image, ImageMagic.Ids, TaskKobjIdsEntry.Parser)
            : core.Ids ?? throw ImageFile.Refuse(idsName, "it is missing");
        mountNamespace ??= ids.HasMntNsId ? ids.MntNsId : null;
        var fsName = ImageNames.Of(ImageNames.Fs, process.Pid);
        var fs = ImageFile.First(fsName, _images.Require(fsName), ImageMagic.Fs, FsEntry.Parser);
        var mmName = ImageNames.Of(ImageNames.Mm, process.Pid);
        var memory = MemoryImage.Read(mmName, _images.Require(mmName));
        var descriptors = (_parts & (CriuParts.Files | CriuParts.Sockets)) != 0 ? Descriptors(ids.FilesId) : [];
        var text = ImageNames.WantsTexts(_parts) ? _texts.Get(process.Pid, memory) : null;
        return process with
        {
            Executable = _files.Path(memory.Entry.ExeFileId),
            WorkingDirectory = _files.Path(fs.CwdId),
            RootDirectory = _files.Path(fs.RootId),
            CommandLine = _parts.HasFlag(CriuParts.CommandLines) ? text?.Arguments() : null,
            Environment = _parts.HasFlag(CriuParts.Environment) ? text?.Environment() : null,
            Memory = _parts.HasFlag(CriuParts.Memory) ? Memory(process.Pid, memory) : null,
            Files = _parts.HasFlag(CriuParts.Files) ? descriptors.ConvertAll(_files.File) : null,
            Sockets = _parts.HasFlag(CriuParts.Sockets) ? [.. descriptors.Select(_files.Socket).OfType<CheckpointSocket>()] : null,
        };
    }

    private List<FdinfoEntry> Descriptors(uint filesId)
    {
        var name = ImageNames.Of(ImageNames.FdInfo, filesId);
        var descriptors = new List<FdinfoEntry>();
        foreach (var entry in ImageFile.Read(name, _images.Require(name), ImageMagic.FdInfo, FdinfoEntry.Parser))
        {
            // Any number of processes may share one table.
            _images.Spend(DescriptorBytes, name);
            descriptors.Add(entry);
        }

        descriptors.Sort(static (a, b) => a.Fd.CompareTo(b.Fd));
        return descriptors;
    }

    private ProcessMemory Memory(uint pid, MemoryImage memory)
    {
        var name = ImageNames.Of(ImageNames.PageMap, pid);
        var map = PageMap.Read(name, _images.Require(name), memory.PageSize);
        ulong dumped = 0, parent = 0;
        foreach (var run in map.Runs)
        {
            dumped += (ulong)run.Length;
            parent += run.InParent ? (ulong)run.Length : 0;
        }

        return new ProcessMemory
        {
            MappedBytes = memory.Mapped,
            AnonymousBytes = memory.Anonymous,
            PrivateFileBytes = memory.FilePrivate,
            SharedBytes = memory.Shared,
            DumpedBytes = dumped,
            ParentBytes = parent,
        };
    }
}
