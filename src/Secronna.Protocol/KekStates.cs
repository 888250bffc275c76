namespace Secronna.Protocol;

/// <summary>The states of a KEK.</summary>
public static class KekStates
{
    /// <summary>Wraps new data keys.</summary>
    public const string Active = "active";

    /// <summary>Only unwraps; its data keys are being re-wrapped.</summary>
    public const string Retiring = "retiring";

    /// <summary>Its wrapped key is gone.</summary>
    public const string Destroyed = "destroyed";
}
