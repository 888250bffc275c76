namespace Secronna.Server.MasterKeys;

internal sealed class MasterKeySettings
{
    public string Provider { get; set; } = "File";

    /// <summary>For <c>File</c>: the file that holds the keys.</summary>
    public string? File { get; set; }

    /// <summary>For <c>Pkcs11</c>: the library that speaks to the token.</summary>
    public string? Library { get; set; }

    /// <summary>For <c>Pkcs11</c>: the token's label.</summary>
    public string? Token { get; set; }

    /// <summary>For <c>Pkcs11</c>: the file that holds the user's PIN.</summary>
    public string? PinFile { get; set; }

    /// <summary>For <c>AwsKms</c>: the keys that may be used, by ARN or id, the oldest first.</summary>
    public IList<string> KeyIds { get; } = [];

    /// <summary>For <c>AwsKms</c>: the region; <c>null</c> means the region that the SDK finds.</summary>
    public string? Region { get; set; }

    /// <summary>For <c>AwsKms</c>: an address to use instead of the region's own.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Previous providers, whose master keys only unwrap old keys.</summary>
    public IList<MasterKeySettings> Previous { get; } = [];
}
