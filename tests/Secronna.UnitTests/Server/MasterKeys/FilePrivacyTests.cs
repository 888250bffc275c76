using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.UnitTests.Server.MasterKeys;

/// <summary>Which owners, groups and modes are private enough for a key, and for a data folder (S28).</summary>
public sealed class FilePrivacyTests
{
    private const uint Somebody = 54_321;

    [Theory]
    [InlineData("600", true, true, true)]
    [InlineData("400", false, false, true)]
    [InlineData("440", true, true, true)]
    [InlineData("640", true, true, true)]
    [InlineData("440", false, true, false)]
    [InlineData("440", true, false, false)]
    [InlineData("460", true, true, false)]
    [InlineData("444", true, true, false)]
    [InlineData("404", true, true, false)]
    public void A_key_may_be_readable_by_a_group_of_this_process_in_a_closed_folder(string mode, bool isOwnGroup, bool isClosed, bool isPrivate) =>
        Assert.Equal(isPrivate, FilePrivacy.IsPrivateKey(Status(mode, isOwnGroup, owner: 0), isClosed));

    [Fact]
    public void A_key_of_another_user_is_not_private_enough_where_a_group_may_read_it() =>
        Assert.False(FilePrivacy.IsPrivateKey(Status("440", isOwnGroup: true, Somebody), isClosedPlace: true));

    [Theory]
    [InlineData("700", false, true)]
    [InlineData("2770", true, true)]
    [InlineData("770", false, false)]
    [InlineData("2771", true, false)]
    [InlineData("774", true, false)]
    public void A_data_folder_may_be_usable_by_a_group_of_this_process(string mode, bool isOwnGroup, bool isPrivate) =>
        Assert.Equal(isPrivate, FilePrivacy.IsPrivateData(Status(mode, isOwnGroup, owner: 0)));

    [Fact]
    public void A_file_whose_status_the_system_does_not_tell_is_refused_by_name()
    {
        var status = Status("600", isOwnGroup: true, owner: 0);
        Assert.Same(status, FilePrivacy.Known(status, "/data"));
        Assert.Contains("/data", Assert.Throws<SettingsException>(() => FilePrivacy.Known(null, "/data")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/secronna/keys/master-keys", true)]
    [InlineData("/etc/secronna/other", false)]
    [InlineData("/etc/secronna/keys-other", false)]
    [InlineData("/data/keys", true)]
    [InlineData("/data/writable/keys", false)]
    [InlineData("/my keys/master-keys", true)]
    [InlineData("/over/master-keys", false)]
    public void The_innermost_mount_says_whether_a_path_can_be_changed(string path, bool isReadOnly)
    {
        string[] mounts =
        [
            "1 0 8:1 / / rw,relatime - ext4 /dev/sda rw",
            "2 1 0:5 / /etc/secronna/keys ro,relatime - tmpfs tmpfs rw",
            "3 1 0:6 / /data ro,nosuid - tmpfs tmpfs rw",
            "4 3 0:7 / /data/writable rw,nosuid - tmpfs tmpfs rw",
            @"5 1 0:8 / /my\040keys ro,nosuid - tmpfs tmpfs rw",
            "6 1 0:9 / /over ro,nosuid - tmpfs tmpfs rw",
            "7 6 0:10 / /over rw,nosuid - tmpfs tmpfs rw",
        ];
        Assert.Equal(isReadOnly, ReadOnlyMounts.Contain(mounts, path));
    }

    private static UnixFileStatus Status(string mode, bool isOwnGroup, uint owner) =>
        new(owner, isOwnGroup ? ProcessGroup() : Somebody, (UnixFileMode)Convert.ToInt32(mode, 8), IsSocket: false);

    // A new file has the group of the process that makes it.
    private static uint ProcessGroup()
    {
        var path = Path.GetTempFileName();
        try
        {
            return UnixFileStatus.Of(path)!.Group;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
