using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Secronna.Storage.Engine;

/// <summary>To whom a file or a folder belongs, and who may use it. The framework tells only its mode.</summary>
/// <param name="Owner">The owner's user id.</param>
/// <param name="Group">The group's id.</param>
/// <param name="Mode">The permissions.</param>
/// <param name="IsSocket">Whether it is a Unix socket.</param>
public sealed partial record UnixFileStatus(uint Owner, uint Group, UnixFileMode Mode, bool IsSocket)
{
    private const int WorkingFolder = -100;
    private const int EmptyPath = 0x1000;
    private const uint BasicFields = 0x7ff;
    private const int PermissionBits = 0xfff;
    private const int TypeBits = 0xf000;
    private const int SocketType = 0xc000;
    private const int ReadAndWrite = 6;
    private const int MaxGroups = 65_536;

    /// <summary>The user that this process runs as.</summary>
    public static uint ProcessUser => EffectiveUser();

    /// <summary>Whether this process runs as the owner.</summary>
    public bool IsOwn => Owner == EffectiveUser();

    /// <summary>Whether this process runs with the file's group, as its own or as a further one.</summary>
    public bool IsOwnGroup => Group == EffectiveGroup() || FurtherGroups().Contains(Group);

    /// <summary>The owner for messages: the name and the number, or the number alone where it has no name.</summary>
    public string OwnerName => NameOf(Owner);

    /// <summary>Reads the status of the file at a path; <c>null</c> where there is none or the system can't tell.</summary>
    public static UnixFileStatus? Of(string path) =>
        OperatingSystem.IsLinux() ? Read(WorkingFolder, path, 0)
        : OperatingSystem.IsWindows() || !Path.Exists(path) ? null
        : WithoutOwner(File.GetUnixFileMode(path));

    /// <summary>Reads the status of an open file; <c>null</c> where the system can't tell.</summary>
    public static UnixFileStatus? Of(SafeFileHandle file) =>
        OperatingSystem.IsLinux() ? Read((int)file.DangerousGetHandle(), "", EmptyPath)
        : OperatingSystem.IsWindows() ? null
        : WithoutOwner(File.GetUnixFileMode(file));

    /// <summary>
    /// Whether this process may read and write a file. The file isn't opened: closing it would release SQLite's locks on it.
    /// </summary>
    public static bool CanReadAndWrite(string path) => OperatingSystem.IsWindows() || Access(path, ReadAndWrite) == 0;

    /// <summary>A user for messages: the name and the number, or the number alone where it has no name.</summary>
    public static string NameOf(uint user)
    {
        var number = user.ToString(CultureInfo.InvariantCulture);
        try
        {
            var line = File.ReadLines("/etc/passwd").FirstOrDefault(line => line.Split(':') is [_, _, var id, ..] && id == number);
            return line is null ? number : $"{line.Split(':')[0]} ({number})";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return number;
        }
    }

    // struct statx of linux/stat.h, which is the same on every architecture: stx_uid at 20, stx_gid at 24, stx_mode at 28.
    private static UnixFileStatus? Read(int folder, string path, int flags)
    {
        var status = new byte[256];
        if (Statx(folder, path, flags, BasicFields, status) != 0)
        {
            return null;
        }

        var mode = BinaryPrimitives.ReadUInt16LittleEndian(status.AsSpan(28));
        return new(
            BinaryPrimitives.ReadUInt32LittleEndian(status.AsSpan(20)), BinaryPrimitives.ReadUInt32LittleEndian(status.AsSpan(24)),
            (UnixFileMode)(mode & PermissionBits), (mode & TypeBits) == SocketType);
    }

    // Elsewhere the framework tells the mode alone. Nobody's owner and group match no process.
    private static UnixFileStatus WithoutOwner(UnixFileMode mode) => new(uint.MaxValue, uint.MaxValue, mode, IsSocket: false);

    private static uint[] FurtherGroups()
    {
        var groups = new uint[MaxGroups];
        var count = GetGroups(groups.Length, groups);
        return count < 0 ? [] : groups[..count];
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte[] status);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint EffectiveGroup();

    [LibraryImport("libc", EntryPoint = "getgroups")]
    private static partial int GetGroups(int size, uint[] groups);
}
