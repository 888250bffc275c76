using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Secronna.Server.MasterKeys;

/// <summary>
/// A file's POSIX access control list. Where there is one, the mode's group bits say the most that anyone named in the list
/// has, and nothing of the group: systemd gives credentials of a service so, as root's file with this user named.
/// </summary>
internal static partial class AccessControlList
{
    // linux/posix_acl_xattr.h: a version of four bytes, then entries of a tag, permissions and an id, little-endian.
    private const int HeaderSize = 4;
    private const int EntrySize = 8;
    private const int MostBytes = 4096;
    private const ushort Owner = 0x01;
    private const ushort User = 0x02;
    private const ushort Mask = 0x10;

    /// <summary>Whether the file has a list, and it lets nobody but the owner and this process's user use the file.</summary>
    public static bool KeepsPrivate(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        Span<byte> list = stackalloc byte[MostBytes];
        var length = ReadAttribute(path, "system.posix_acl_access", ref MemoryMarshal.GetReference(list), MostBytes);
        return length >= HeaderSize && KeepsPrivate(list[HeaderSize..(int)length], EffectiveUser());
    }

    private static bool KeepsPrivate(ReadOnlySpan<byte> entries, uint user)
    {
        for (; entries.Length >= EntrySize; entries = entries[EntrySize..])
        {
            var (tag, permissions) = (BinaryPrimitives.ReadUInt16LittleEndian(entries), BinaryPrimitives.ReadUInt16LittleEndian(entries[2..]));
            var isOurs = tag is Owner or Mask || (tag == User && BinaryPrimitives.ReadUInt32LittleEndian(entries[4..]) == user);
            if (permissions != 0 && !isOurs)
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
