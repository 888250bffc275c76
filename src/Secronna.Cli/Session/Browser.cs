using System.ComponentModel;
using System.Diagnostics;

namespace Secronna.Cli.Session;

/// <summary>The person's browser.</summary>
internal static class Browser
{
    /// <summary>Opens an address there, if there is one to open it in.</summary>
    /// <param name="address">An http or https address.</param>
    /// <returns>Whether it was tried.</returns>
    public static bool TryOpen(Uri address)
    {
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo(address.AbsoluteUri) { UseShellExecute = true }
            : OperatingSystem.IsMacOS() ? Quiet("open", address.AbsoluteUri)
            // Without a display it would be a browser in this terminal, if any.
            : Variables.Find("DISPLAY") is not null || Variables.Find("WAYLAND_DISPLAY") is not null ? Quiet("xdg-open", address.AbsoluteUri)
            : null;
        try
        {
            using var opened = start is null ? null : Process.Start(start);
            return start is not null;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    // Neither its words nor this program's credential are the other's business.
    private static ProcessStartInfo Quiet(string program, string address)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$1\" </dev/null >/dev/null 2>&1", program, address]);
        start.Environment.Remove("SECRONNA_TOKEN");
        return start;
    }
}
