using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Secronna.Server.MasterKeys;

/// <summary>
/// The POSIX access control list of a file. If a file has a list, the group bits of its mode are the list's mask. The mask is the
/// most that an entry may grant, not what the group may do. systemd passes credentials to a service in such a file. That file
/// belongs to root, and its list has an entry for the service's user.
/// </summary>
internal static partial class AccessControlList
{
    // linux/posix_acl_xattr.h: a version of 4 bytes, then entries of a tag (2), permissions (2) and an id (4), little-endian.
    private const int HeaderSize = 4;
    private const int EntrySize = 8;
    private const int MaxBytes = 4096;
    private const ushort OwnerTag = 0x01;
    private const ushort UserTag = 0x02;
    private const ushort MaskTag = 0x10;

    /// <summary>
    /// Whether the file's list grants nothing to anyone but the owner and this process's user. <c>null</c> if the file has no
    /// list, so that its mode says who may use it.
    /// </summary>
    public static bool? IsPrivate(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> list = stackalloc byte[MaxBytes];
        var length = ReadAttribute(path, "system.posix_acl_access", ref MemoryMarshal.GetReference(list), MaxBytes);
        return length < HeaderSize ? null : IsPrivate(list[HeaderSize..(int)length], EffectiveUser());
    }

    private static bool IsPrivate(ReadOnlySpan<byte> entries, uint user)
    {
        for (; entries.Length >= EntrySize; entries = entries[EntrySize..])
        {
            var (tag, permissions) = (BinaryPrimitives.ReadUInt16LittleEndian(entries), BinaryPrimitives.ReadUInt16LittleEndian(entries[2..]));
            var isHarmless = tag is OwnerTag or MaskTag || (tag == UserTag && BinaryPrimitives.ReadUInt32LittleEndian(entries[4..]) == user);
            if (permissions != 0 && !isHarmless)
            {
                return false;
            }
        }

        return entries.IsEmpty;
    }

    [LibraryImport("libc", EntryPoint = "getxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ReadAttribute(string path, string name, ref byte value, nuint size);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
