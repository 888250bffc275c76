using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Deploy;

/// <summary>
/// A master-key file as systemd gives it to a service: its access control list names the service's user. The file's mode then
/// shows that the group can read it, although only that user can. The lists of the data folder and the database count too.
/// </summary>
public sealed partial class CredentialFileTests
{
    private const ushort Owner = 0x01;
    private const ushort User = 0x02;
    private const ushort Group = 0x04;
    private const ushort Mask = 0x10;
    private const ushort Other = 0x20;
    private const ushort Read = 4;
    private const ushort Everything = 7;
    private const uint NoId = uint.MaxValue;
    private const uint SomebodyElse = 12345;

    [Fact]
    public async Task A_file_whose_access_list_names_only_this_user_is_accepted()
    {
        using var installation = await TestInstallation.CreateAsync();
        SetAccessList(installation.MasterKeyFile, Geteuid(), group: 0);
        Assert.True(File.GetUnixFileMode(installation.MasterKeyFile).HasFlag(UnixFileMode.GroupRead));
        await using var server = await installation.ServeAsync();
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, Read)]
    public async Task A_file_whose_access_list_lets_others_read_is_refused(bool namesSomebodyElse, ushort group)
    {
        using var installation = await TestInstallation.CreateAsync();
        SetAccessList(installation.MasterKeyFile, namesSomebodyElse ? SomebodyElse : Geteuid(), group);
        var ended = await installation.RunAsync("serve", "--urls", "http://127.0.0.1:0");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("chmod 600", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "run chmod 700")]
    [InlineData(false, "run chmod 600")]
    public async Task Data_that_an_access_list_opens_to_somebody_else_is_refused(bool folder, string said)
    {
        using var installation = await TestInstallation.CreateAsync();
        SetAccessList(folder ? installation.DataFolder : installation.DatabaseFile, SomebodyElse, group: 0, Everything);
        var ended = await installation.RunAsync("serve", "--urls", "http://127.0.0.1:0");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(said, ended.Error, StringComparison.Ordinal);
    }

    private static void SetAccessList(string path, uint user, ushort group, ushort permissions = Read)
    {
        (ushort Tag, ushort Permissions, uint Id)[] entries =
            [(Owner, permissions, NoId), (User, permissions, user), (Group, group, NoId), (Mask, permissions, NoId), (Other, 0, NoId)];
        var list = new byte[4 + (8 * entries.Length)];
        BinaryPrimitives.WriteUInt32LittleEndian(list, 2);
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = list.AsSpan(4 + (8 * i));
            BinaryPrimitives.WriteUInt16LittleEndian(entry, entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], entries[i].Permissions);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], entries[i].Id);
        }

        Assert.True(
            WriteAttribute(path, "system.posix_acl_access", list, (nuint)list.Length, 0) == 0,
            "the temporary folder's file system keeps no access control lists");
    }

    [LibraryImport("libc", EntryPoint = "setxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int WriteAttribute(string path, string name, byte[] value, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint Geteuid();
}
