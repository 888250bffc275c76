namespace Secronna.Server.Installation;

/// <summary>Ends the process at once, without running any more of its code (S30).</summary>
internal static class FailFast
{
    /// <summary>
    /// Ends the process because the disk did not confirm a write. It is then unknown what the disk holds, so nothing that is in
    /// memory may be acknowledged any more.
    /// </summary>
    public static void OnFsyncFailure(string reason) =>
        Environment.FailFast(
            $"secronna-server ends: {reason}. The last writes may be lost. Repair the disk, then start the server again");
}
