using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Secronna.Crypto.Trail;

/// <summary>
/// The name of a log, which is never given to two histories: <c>secronna/&lt;installation&gt;/&lt;workspace&gt;/&lt;epoch&gt;</c>. The
/// workspace <c>-</c> stands for the installation's own log. Installation and workspace are percent-encoded (RFC 3986): all but
/// letters, digits and <c>-._~</c> as UTF-8 in upper-case hex. A workspace whose id is a hyphen is <c>%2D</c>.
/// </summary>
public sealed record Origin
{
    private const string Product = "secronna";
    private const string NoWorkspace = "-";
    private const string Hyphen = "%2D";

    private Origin(string installation, string? workspace, long epoch) => (Installation, Workspace, Epoch) = (installation, workspace, epoch);

    /// <summary>The installation's id.</summary>
    public string Installation { get; }

    /// <summary>The workspace's id; <c>null</c> means the installation's own log.</summary>
    public string? Workspace { get; }

    /// <summary>The epoch, from 1. A restored database begins a new one.</summary>
    public long Epoch { get; }

    /// <summary>The origin of a workspace's log.</summary>
    /// <exception cref="ArgumentException">An id isn't 1 to 128 bytes of UTF-8.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The epoch isn't positive.</exception>
    public static Origin OfWorkspace(string installation, string workspace, long epoch)
    {
        RequireId(workspace, nameof(workspace));
        return Create(installation, workspace, epoch);
    }

    /// <summary>The origin of the installation's own log.</summary>
    /// <exception cref="ArgumentException">The id isn't 1 to 128 bytes of UTF-8.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The epoch isn't positive.</exception>
    public static Origin OfInstallation(string installation, long epoch) => Create(installation, null, epoch);

    /// <summary>Reads an origin. Each log has exactly one: any other spelling is refused.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Origin? origin)
    {
        origin = text.Split('/') is [Product, var installation, var workspace, var digits]
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) && epoch > 0
            && TryDecode(installation, out var installationId) && TryDecode(workspace, out var workspaceId)
            && new Origin(installationId, workspace == NoWorkspace ? null : workspaceId, epoch) is var read
            && read.ToString() == text ? read : null;
        return origin is not null;
    }

    /// <summary>The origin as text.</summary>
    public override string ToString()
    {
        var workspace = Workspace is null ? NoWorkspace : Workspace == NoWorkspace ? Hyphen : Uri.EscapeDataString(Workspace);
        return $"{Product}/{Uri.EscapeDataString(Installation)}/{workspace}/{Epoch.ToString(CultureInfo.InvariantCulture)}";
    }

    private static Origin Create(string installation, string? workspace, long epoch)
    {
        RequireId(installation, nameof(installation));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epoch);
        return new Origin(installation, workspace, epoch);
    }

    // Takes spellings that aren't the right one too. The caller compares what it parsed with what it would have written.
    private static bool TryDecode(string text, out string id)
    {
        id = Uri.UnescapeDataString(text);
        return IsId(id);
    }

    private static void RequireId(string id, string parameter)
    {
        if (!IsId(id))
        {
            throw new ArgumentException("An id is 1 to 128 bytes of UTF-8.", parameter);
        }
    }

    private static bool IsId(string id) => IdBytes.TryWrite(id, stackalloc byte[IdBytes.MaxSize], out _);
}
