using CheckpointOperator.Core.Criu.Protos;
using Google.Protobuf;

namespace CheckpointOperator.Core.Criu;

/// <summary>A process's mm-PID.img. Its areas are added up while they are read, because there may be very many.</summary>
internal sealed class MemoryImage
{
    // mm_entry's field of areas.
    private const int AreasField = 14;

    // The kernel's auxiliary vector (getauxval(3)) and the size of a page where there is none, as on x86.
    private const ulong AuxiliaryPageSize = 6;
    private const uint DefaultPageSize = 4096;

    // criu/include/image.h: what is no memory of the process's own, then the kinds of areas.
    private const uint VirtualSyscall = 1 << 2;
    private const uint Guard = 1 << 16;
    private const uint PrivateFile = 1 << 6;
    private const uint PrivateAnonymous = 1 << 9;
    private const uint MapShared = 1;

    private MemoryImage(MmEntry entry, uint pageSize)
    {
        Entry = entry;
        PageSize = pageSize;
    }

    internal MmEntry Entry { get; }

    /// <summary>Bytes of a page where the process ran.</summary>
    internal uint PageSize { get; }

    internal ulong Mapped { get; private set; }

    internal ulong Anonymous { get; private set; }

    internal ulong FilePrivate { get; private set; }

    internal ulong Shared { get; private set; }

    internal static MemoryImage Read(string name, ReadOnlyMemory<byte> image)
    {
        var bytes = ImageFile.Entries(name, image, ImageMagic.Mm).FirstOrDefault();
        var entry = ImageFile.Parse(name, bytes, MmEntry.Parser);
        var memory = new MemoryImage(entry, FindPageSize(name, entry));
        try
        {
            // An array of its own: the stream cannot read other memory.
            using var input = new CodedInputStream(bytes.ToArray());
            while (input.ReadTag() is var tag and not 0)
            {
                if (tag != WireFormat.MakeTag(AreasField, WireFormat.WireType.LengthDelimited))
                {
                    input.SkipLastField();
                    continue;
                }

                var area = new VmaEntry();
                input.ReadMessage(area);
                memory.Add(name, area);
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            throw ImageFile.Refuse(name, $"an area is damaged: {e.Message}", e);
        }

        return memory;
    }

    private void Add(string name, VmaEntry area)
    {
        if (area.End < area.Start)
            throw ImageFile.Refuse(name, $"the area at {area.Start:x} ends at {area.End:x}");
        if ((area.Status & (VirtualSyscall | Guard)) != 0)
            return;
        var length = area.End - area.Start;
        Mapped += length;
        if ((area.Flags & MapShared) != 0)
            Shared += length;
        else if ((area.Status & PrivateAnonymous) != 0)
            Anonymous += length;
        else if ((area.Status & PrivateFile) != 0)
            FilePrivate += length;
    }

    private static uint FindPageSize(string name, MmEntry entry)
    {
        var vector = entry.MmSavedAuxv;
        for (var i = 0; i + 1 < vector.Count; i += 2)
        {
            if (vector[i] != AuxiliaryPageSize)
                continue;
            // 4 KiB to 64 KiB are Linux's.
            return vector[i + 1] is >= 4096 and <= 65536 && ulong.IsPow2(vector[i + 1])
                ? (uint)vector[i + 1]
                : throw ImageFile.Refuse(name, $"a page cannot have {vector[i + 1]} bytes");
        }

        return DefaultPageSize;
    }
}
